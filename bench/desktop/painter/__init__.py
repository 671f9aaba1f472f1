"""The X client that draws the scenes, and stamps each frame with its number and time."""
