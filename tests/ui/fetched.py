"""What a page fetched of the application, by the browser's own account."""

from typing import Any

_LOOK = """
() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter((one) => !new URL(one.name).pathname.startsWith("/v1/"))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize])
"""


async def fetched(page: Any) -> dict[str, int]:
    """File names of the application and their bytes as they came over the wire; answers of the API are none of them."""
    told = await page.evaluate(_LOOK)
    return {("index.html" if "." not in path else path.rpartition("/")[2]): size for path, size in told}
