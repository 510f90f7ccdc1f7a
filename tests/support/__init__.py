"""What several tests share. Nothing here patches the code under test."""
