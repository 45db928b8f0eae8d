"""Paper: a tune as a printed page (LilyPond), as MusicXML, and as a line of text for the terminal."""
