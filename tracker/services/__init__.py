"""Use cases: one public function per thing a user can do, one transaction each; they never call each other."""
