"""A data set to the Hugging Face hub, with the extra `hub`."""

from __future__ import annotations

from pathlib import Path

from dialoom.errors import EndpointError, MissingExtra, Place, UsageError

_CLIENTS = ("httpx", "requests")


def upload(folder: Path, repository: str, *, private: bool, message: str) -> str:
    """Uploads a folder as a data set repository, made where there is none; returns its address.

    The hub is the one in `HF_ENDPOINT`; the token is `HF_TOKEN` or that of `hf auth login`.

    Raises MissingExtra where the extra is not installed, UsageError for a name that no repository can have, and
    EndpointError where the hub refuses or cannot be reached.
    """
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError as error:
        raise MissingExtra("pushing to a hub needs huggingface_hub", remedy="pip install 'dialoom[hub]'") from error
    api = HfApi()
    try:
        made = api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        api.upload_folder(folder_path=folder, repo_id=made.repo_id, repo_type="dataset", commit_message=message)
    except Exception as error:
        # What fails in the connection is of its HTTP client's classes, and which client that is depends on its version.
        if isinstance(error, HFValidationError):
            raise UsageError(
                f"'{repository}' cannot name a data set on the hub",
                remedy="write hf:OWNER/NAME, each of letters, digits, '-', '_' and '.'",
            ) from error
        of_client = type(error).__module__.startswith(_CLIENTS)
        if not of_client and not isinstance(error, (HfHubHTTPError, OSError)):
            raise
        raise EndpointError(
            f"the hub does not take it: {' '.join(str(error).split())}",
            place=Place(repository),
            remedy="check the name, the token (HF_TOKEN) and the address (HF_ENDPOINT)",
        ) from error
    return str(made)
