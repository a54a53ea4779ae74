"""Sleep-time thinking, one kind a file: what there is to learn, in which order, and how a little of it is learned."""
