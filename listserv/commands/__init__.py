"""What a member or a moderator does by mail alone: words read, carried out, and answered in one mail.

=====================  =============================================================================
:mod:`vocabulary`      every word that is understood, in six languages and as other list servers have it
:mod:`words`           a line of a mail becomes a command and what follows it
:mod:`reading`         a mail becomes orders
:mod:`table`           one row a command: who may, how it is written, what it does, who carries it out
:mod:`desk`            carries orders out, one after the other, and answers
:mod:`moderating`      the decision of a moderator who answers the letter about a held contribution
=====================  =============================================================================
"""
