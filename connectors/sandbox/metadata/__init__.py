"""What the org's objects and fields are, who may see and write them, and how describe tells of it. Holds no records."""
