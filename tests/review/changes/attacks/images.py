"""Custom resources that delete images."""

from review.changes.attacks.templates import AUTO_DELETE_TAG, Attack, auto_delete, repository, resource

TAGGED = repository(Tags=[AUTO_DELETE_TAG])
AUTO_DELETE_IMAGES = [
    Attack(
        "auto-delete is switched on where the repository is deleted with its stack",
        {"App": repository(keep=False)}, {"App": repository(keep=False), "Empty": auto_delete()},
        "removal-weakened", twin={"App": repository(keep=False), "Topic": resource("AWS::SNS::Topic")},
    ),
    Attack(
        "auto-delete is switched on for a retained repository",
        {"App": repository()}, {"App": TAGGED, "Empty": auto_delete()},
        "removal-weakened", twin={"App": TAGGED},
    ),
    Attack(
        "auto-delete is removed and its tag stays: the handler empties the repository",
        {"App": TAGGED, "Empty": auto_delete()}, {"App": TAGGED},
        "images-deleted", twin={"App": repository()},
    ),
    Attack(
        "auto-delete gets another logical id: the handler of the old one empties the repository",
        {"App": TAGGED, "Empty": auto_delete()}, {"App": TAGGED, "Other": auto_delete()},
        "images-deleted", twin={"App": TAGGED, "Empty": auto_delete() | {"DependsOn": ["App"]}},
    ),
    Attack(
        "auto-delete is for another repository now: the handler empties the old one",
        {"App": TAGGED, "Empty": auto_delete(), "Web": repository("team/web")},
        {"App": TAGGED, "Empty": auto_delete({"Ref": "Web"}), "Web": repository("team/web")},
        "images-deleted",
        twin={"App": TAGGED, "Empty": auto_delete("team/app"), "Web": repository("team/web")},
    ),
    Attack(
        "auto-delete is removed together with a retained repository, which stays behind without images",
        {"App": TAGGED, "Empty": auto_delete(), "Web": repository("team/web")}, {"Web": repository("team/web")},
        "images-deleted",
        twin={"App": TAGGED, "Empty": auto_delete(), "Web": repository("team/web", Tags=[{"Key": "a", "Value": "b"}])},
    ),
    Attack(
        "auto-delete is removed, and the tags of the repository are not known",
        {"App": TAGGED, "Empty": auto_delete()},
        {"App": repository(Tags=[{"Key": {"Fn::ImportValue": "key"}, "Value": "true"}])},
        "images-deleted",
        twin={"App": repository()},
    ),
    Attack(
        "auto-delete is removed, and the template never wrote the tag",
        {"App": repository(), "Empty": auto_delete()}, {"App": repository()}, "images-deleted", "warning",
        twin={"App": repository()},
        twin_of={"App": repository(), "Empty": auto_delete(DeletionPolicy="Retain")},
    ),
    Attack(
        "a repository with auto-delete is removed: nothing stops its deletion",
        {"App": repository(keep=False), "Empty": auto_delete(), "Web": repository("team/web")},
        {"Web": repository("team/web")},
        "repository-deleted", says="is deleted with its images",
    ),
]  # fmt: skip
