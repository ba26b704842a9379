"""The names of AWS services: those that never pull, and all known ones, so that a misspelled name is found."""

# Services that never pull although grants often name them: the role that they run with pulls. The value is what to
# grant instead. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html and its
# siblings.
NEVER_PULLS = {
    "apprunner": "the access role",
    "batch": "the execution role of the job",
    "bedrock-agentcore": "the execution role of the runtime",
    "build.apprunner": "the access role",
    "cloudformation": "the role that deploys",
    "codedeploy": "the role of the service that it deploys to",
    "codepipeline": "the pipeline's role",
    "ec2": "the instance's role",
    "ecs": "the task execution role",
    "ecs-tasks": "the task execution role",
    "eks": "the node role",
    "eks-fargate-pods": "the pod execution role",
    "elasticbeanstalk": "the instance's role",
    "emr-containers": "the node role of the cluster",
    "fargate": "the task execution role",
    "imagebuilder": "the instance's role",
    "inspector2": "its service-linked role",
    "lightsail": "the principal that Lightsail shows for the service",
    "mwaa": "the execution role",
    "sagemaker": "the execution role",
    "tasks.apprunner": "the instance role",
}
# Those of the rest that have a service principal, without `.amazonaws.com`. The list need not be complete: a name
# that is not like any of it is warned of, not refused, since AWS adds services.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_OTHERS = """
    access-analyzer amplify apigateway appconfig appflow application-autoscaling appstream appsync athena auditmanager
    autoscaling backup bedrock braket budgets cassandra cloud9 cloudfront cloudtrail cloudwatch codeartifact codebuild
    codecatalyst codecommit codeguru-reviewer codestar-connections codestar-notifications cognito-idp comprehend config
    connect controltower databrew datapipeline datasync dax delivery.logs detective devicefarm devops-guru dms
    ds dynamodb ecr edgelambda elasticache elasticfilesystem elasticloadbalancing elasticmapreduce
    emr-serverless es events firehose fis fsx gamelift glacier glue grafana greengrass guardduty
    healthlake iam internal.codecatalyst iot kafka kafkaconnect kendra kinesis kinesisanalytics kms lakeformation lambda
    lex lexv2 license-manager logs macie machinelearning mediaconvert medialive mediapackage mediatailor
    memorydb mgn monitoring mq network-firewall omics opensearchservice opsworks organizations
    osis personalize pipes proton pullthroughcache.ecr quicksight ram rds redshift redshift-serverless rekognition
    replication.ecr resiliencehub resource-explorer-2 resource-groups robomaker rolesanywhere route53 s3 scheduler
    secretsmanager securityhub securitylake serverlessrepo servicecatalog servicediscovery ses shield signer sns sqs
    ssm ssm-incidents sso states storagegateway sts support swf synthetics textract timestream transcribe transfer
    translate trustedadvisor verifiedpermissions voiceid vpc-flow-logs vpc-lattice waf wafv2 workspaces xray
"""
KNOWN = frozenset(_OTHERS.split()) | frozenset(NEVER_PULLS)
