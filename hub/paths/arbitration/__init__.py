"""Which of all that fits is proposed: chance, context, lever and value, and the path that serves them best."""
