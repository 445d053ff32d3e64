"""The account: an organisation we deal with, and the people who act for it."""
