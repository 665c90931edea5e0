"""The weekly message: what it says, when it stays silent, its words in two languages, its look in each channel."""
