"""The way in: `maestro`, `python -m maestro_cdk`."""

from maestro_cdk.cli.main import main

if __name__ == "__main__":
    main()
