"""The keys of links that tests sent, made of what the queued messages carry."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.mail.models import Message


def messages_to(session: Session, email: str) -> list[Message]:
    """What was queued for an address, in order."""
    return list(session.scalars(select(Message).where(Message.recipient == email).order_by(Message.id)))


def keys_to(session: Session, config: Config, email: str) -> list[str]:
    """The keys of the links that were sent to an address, in order."""
    nonces = (message.link_nonce for message in messages_to(session, email))
    return [config.derived_key("link", nonce) for nonce in nonces if nonce is not None]
