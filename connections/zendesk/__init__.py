"""A client library for the contacts of Zendesk Sell (Core API v2); knows no Django."""

VERSION = "0.1.0"
