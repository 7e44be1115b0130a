"""Serve members and moderators by mail alone: read commands, carry them out, answer in one message.

=====================  =============================================================================
:mod:`vocabulary`      every word that is understood, in six languages and of other list servers
:mod:`words`           a line of a message becomes a command and what follows it
:mod:`parsing`         a message becomes orders
:mod:`registry`        one row a command: who may, how it is written, what it does, who does it
:mod:`desk`            carries orders out, one after the other, and answers
:mod:`moderating`      the decision of a moderator, in answer to the notification that asked
=====================  =============================================================================
"""
