"""What every kind of policy needs: a file with places, findings on it, versions of it, and what changed in it."""
