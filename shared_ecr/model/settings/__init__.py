"""The settings of a registry as a whole, with a file for each: frozen valid values that render themselves.

`setting` says what a row of the table is, `table` finds the rows. Scanning, replication, registry policy and signing
exist once for each account and Region: the last writer wins, so one stack should own them.
`replicas` says what a destination of replication gets so that replicas have the rules of their source.
"""

from shared_ecr.model.settings.api_calls import CalledSetting
from shared_ecr.model.settings.replication import Destination
from shared_ecr.model.settings.setting import SettingsSpec

__all__ = ["CalledSetting", "Destination", "SettingsSpec"]
