"""What a profile may hold and what it lacks, by the fields that the operator defined."""
