"""Steps that change rows inside an open transaction; they never open one, commit or check permission."""
