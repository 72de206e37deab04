"""The domain objects: documented properties, types and defaults; unknown properties are ignored on the way in."""
