"""`python -m hub` is the command `hub`."""

from hub.collecting import importing

with importing():
    from hub.cli.main import main

main()
