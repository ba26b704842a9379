"""Keep tokens, passwords and signatures out of the logs of AWS's SDK."""

import logging

from shared_ecr.client.aws.redaction import redacted

# botocore's modules that log requests, responses or what they made of them, once they are at DEBUG. The rest of
# its loggers is found as it appears; these exist from the beginning.
_CHATTY = ("auth", "client", "credentials", "endpoint", "hooks", "httpsession", "parsers", "tokens", "utils")


class SecretsFilter(logging.Filter):
    """Lets every record pass, without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by its redacted form."""
        record.msg, record.args = redacted(record.getMessage()), None
        return True


_FILTER = SecretsFilter()


def silence_secrets_of_botocore() -> None:
    """Filter the loggers of botocore and boto3 there are; call it again when more may have come.

    At DEBUG botocore logs whole responses, an authorization token among them, and a filter on a parent logger
    does not see the records of its children.
    """
    wanted = {f"botocore.{name}" for name in _CHATTY}
    wanted |= {name for name in list(logging.root.manager.loggerDict) if name.split(".")[0] in {"botocore", "boto3"}}
    for name in wanted:
        logging.getLogger(name).addFilter(_FILTER)
