"""One tree of errors; each message is a sentence that tells the user what to do."""


class VisavisError(Exception):
    """Anything a user can cause or mend. `status` is the HTTP reply that fits it."""

    status = 500


class BundleError(VisavisError):
    """An avatar bundle is missing, damaged or not what it says."""

    status = 500


class UnknownAvatarError(VisavisError):
    """No avatar of that id is installed."""

    status = 404


class MediaError(VisavisError):
    """An audio or video file cannot be read or written."""

    status = 422


class DeviceError(VisavisError):
    """A local microphone, window or sound library is not there."""


class StudioError(VisavisError):
    """An avatar-building step lacks a tool, a voice or data."""


class ConfigError(VisavisError):
    """A setting has a value that cannot work."""


class OfferError(VisavisError):
    """An SDP offer that cannot be answered."""

    status = 400


class UnsupportedOfferError(OfferError):
    """A well-formed offer that asks for what the server does not do."""

    status = 422


class OccupiedError(VisavisError):
    """A stage is taken by another avatar."""

    status = 409


class ServerFullError(VisavisError):
    """Every session is taken; `retry_after_s` says when to come back."""

    status = 503

    def __init__(self, message: str, retry_after_s: int = 10) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class OutputError(VisavisError):
    """A recording, push or playlist that cannot begin, or is not there."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status
