"""The contract `credit_authorization`: no enterprise's credit record is read without its leave."""
