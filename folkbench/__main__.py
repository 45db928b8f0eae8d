"""`python -m folkbench`: the same as the `folkbench` command."""

from folkbench.cli import main

if __name__ == "__main__":
    main()
