"""What the doctor and the inspector cost, as ratios against what they are built on."""
