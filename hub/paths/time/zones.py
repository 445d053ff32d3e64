"""Which clock is on the customer's wall, and who says so."""

from typing import NamedTuple

from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.spelling.zones import zones_of_phone
from hub.paths.time.section import QuietHours


class Zone(NamedTuple):
    """A time zone, and who says that it is this one; unknown: nobody can say."""

    name: str
    said_by: str
    """`customer`, `policy`, `number`, `account`, `tenant`; of an unknown one why it is: `several`, `nobody`."""

    @property
    def is_known(self) -> bool:
        """Whether there is a clock to look at."""
        return bool(self.name)


def zone_of_point(point: ContactPoint, preferred: str, account: str, section: QuietHours) -> Zone:
    """What the customer said of this contact point, else what the policy says of such numbers, else what the number
    itself says, else the account's zone, else the tenant's. A number abroad that may be in several zones is not taken
    to be in the tenant's: that could be the middle of the night."""
    if preferred:
        return Zone(preferred, "customer")
    if point.kind == "phone" and point.value.startswith("+"):
        named = _by_prefix(point.value, section)
        if named:
            return Zone(named, "policy")
        zones = zones_of_phone(point.value)
        if len(zones) == 1:
            return Zone(zones[0], "number")
        return Zone(account, "account") if account else Zone("", "several" if zones else "nobody")
    return zone_at_home(account, section)


def zone_at_home(account: str, section: QuietHours) -> Zone:
    """Of a contact point that says nothing itself: a mail address, a chat."""
    if account:
        return Zone(account, "account")
    return Zone(section.time_zone, "tenant") if section.time_zone else Zone("", "nobody")


def _by_prefix(number: str, section: QuietHours) -> str:
    """The longest beginning counts."""
    fitting = [prefix for prefix in section.zones if number.startswith(prefix)]
    return section.zones[max(fitting, key=len)] if fitting else ""
