"""A program that plays clicks and a tone on a desktop, and what finds them in what the browser plays."""
