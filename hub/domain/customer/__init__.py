"""The customer: everyone who ever touched the company, known or not."""
