"""One CodeBuild project that builds the images of a repository on a git push, with its role and its log group."""

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from shared_ecr.model.builds.buildspecs import buildspec
from shared_ecr.model.builds.projects import BuildProject, started_by
from shared_ecr_constructs.acknowledgements import acknowledge

# Emulated platforms take several times as long.
_TIMEOUT_MINUTES = 120
_PRIVILEGED = "Docker needs it; the machine is new for each build, and only pushes of the declared refs start one"
_NO_ARTIFACTS = "The project has no artifacts: the image is in ECR, under the key of its repository"
_LOGS = "Logs of builds hold no secrets of ours and are encrypted with the key of CloudWatch"
_INLINE = "A policy of one role, derived from its build; it is deleted with the role"
_LOGIN = "A login has no resource"
_STREAMS = "The streams of one log group, whose names CodeBuild chooses"
_CONNECTION = "The source is read by a CodeConnection, which is newer than the rule; no token is in the project"
_PACKS = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")


class BuildProjectResources(Construct):
    """The project of one build, its role and its logs."""

    def __init__(self, scope: Construct, construct_id: str, *, project: BuildProject, package: str) -> None:
        """Define them.

        Args:
            scope: the stack of the builds, or a construct in it.
            construct_id: the id in it.
            project: what is built, and how.
            package: what pip installs in a build.
        """
        super().__init__(scope, construct_id)
        group = logs.CfnLogGroup(
            self, "Logs", log_group_name=project.log_group, retention_in_days=project.settings.retention_days
        )
        group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        role = iam.CfnRole(
            self,
            "Role",
            role_name=project.name,
            assume_role_policy_document=project.trust(),
            description=f"Assumed by CodeBuild to build {project.build.repository} and to push it",
            permissions_boundary=project.boundary,
            policies=[iam.CfnRole.PolicyProperty(policy_name="Build", policy_document=project.policy())],
        )
        made = _project(self, project, package, role)
        # A build that starts before its log group is there would make one that is kept for ever.
        made.add_resource_dependency(group)
        _acknowledge_all(group, role, made, project)


def _project(scope: Construct, project: BuildProject, package: str, role: iam.CfnRole) -> codebuild.CfnProject:
    build, types = project.build, codebuild.CfnProject
    return types(
        scope,
        "Resource",
        name=project.name,
        description=f"Builds {build.repository} of {build.source}: {started_by(build)}"[:255],
        service_role=role.attr_arn,
        source=types.SourceProperty(
            type=build.source.host.source_type,
            location=build.source.url,
            auth=types.SourceAuthProperty(type="CODECONNECTIONS", resource=build.connection.arn),
            build_spec=buildspec(project, package),
            # Commits that a build does not name are of no use to it.
            git_clone_depth=1,
            report_build_status=True,
        ),
        artifacts=types.ArtifactsProperty(type="NO_ARTIFACTS"),
        cache=types.ProjectCacheProperty(type="LOCAL", modes=["LOCAL_CUSTOM_CACHE"]),
        environment=types.EnvironmentProperty(
            type=project.environment_type,
            image=project.machine_image,
            compute_type=build.compute.wire,
            privileged_mode=True,
        ),
        logs_config=types.LogsConfigProperty(
            cloud_watch_logs=types.CloudWatchLogsConfigProperty(status="ENABLED", group_name=project.log_group)
        ),
        timeout_in_minutes=_TIMEOUT_MINUTES,
        triggers=types.ProjectTriggersProperty(
            webhook=True,
            filter_groups=[
                [types.WebhookFilterProperty(type=each["type"], pattern=each["pattern"]) for each in group]
                for group in project.filter_groups
            ],
        ),
        visibility="PRIVATE",
    )


def _acknowledge_all(
    group: logs.CfnLogGroup, role: iam.CfnRole, made: codebuild.CfnProject, project: BuildProject
) -> None:
    acknowledge(
        group,
        nag={f"{pack}-CloudWatchLogGroupEncrypted": _LOGS for pack in _PACKS},
        checkov={"CKV_AWS_158": _LOGS},
        guard=("CT.CLOUDWATCH.PR.3",),
    )
    acknowledge(
        role,
        nag={
            "AwsSolutions-IAM5[Resource::*]": _LOGIN,
            f"AwsSolutions-IAM5[Resource::{project.log_streams_arn}]": _STREAMS,
            **{f"{pack}-IAMNoInlinePolicy": _INLINE for pack in _PACKS},
        },
    )
    acknowledge(
        made,
        nag={
            "AwsSolutions-CB3": _PRIVILEGED,
            "AwsSolutions-CB4": _NO_ARTIFACTS,
            **{f"{pack}-CodeBuildProjectSourceRepoUrl": _CONNECTION for pack in _PACKS},
        },
        guard=("CT.CODEBUILD.PR.4",),
    )
