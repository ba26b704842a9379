"""What a template calls a public repository."""

PUBLIC_REPOSITORY = "AWS::ECR::PublicRepository"
