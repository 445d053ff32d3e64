"""What a path can take: how many customers who answer a dealer, or whoever else speaks there, can see to."""
