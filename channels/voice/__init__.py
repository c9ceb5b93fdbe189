"""Voice: a call is a leg of a conversation; what is said in it becomes events, what is answered is spoken."""
