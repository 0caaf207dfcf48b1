"""Volume, workload and quality: what is counted, by what weights, what was closed and what was brought in.

Revision ID: 0003
Revises: 0002
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from 0002 to 0003."""


def downgrade() -> None:
    """Going back is restoring the backup that was taken before the upgrade."""
    raise NotImplementedError("restore the backup that was taken before the upgrade")
