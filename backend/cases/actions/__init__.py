"""What each action leaves behind beside the move itself."""
