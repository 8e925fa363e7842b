"""The embedded endpoint: a Requester service to measure, to plant defects in, and to develop against."""
