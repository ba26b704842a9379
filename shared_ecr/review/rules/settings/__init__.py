"""What belongs to a registry as a whole, judged by the values of the core that refuse what ECR refuses."""
