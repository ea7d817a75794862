"""How fast Newsgloss is and how much it carries, measured; with the generator of the stories that takes."""
