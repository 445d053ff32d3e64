"""What people say about routing: the language of the policy, its checks, and the decision table it makes."""
