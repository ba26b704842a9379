"""Take over a registry that exists: write its declaration, prove that nothing is lost, and find later what drifts."""
