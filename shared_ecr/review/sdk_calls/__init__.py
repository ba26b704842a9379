"""Custom resources that call the API of ECR, such as CDK's AwsCustomResource: what they call, and what it means.

`calls` reads the calls of a resource, `operations` says what each operation does, and `effects` writes what the calls
put into the deployment as properties, so that every rule judges them like those of a template.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
"""
