"""What is asked of AWS, and the only place that imports boto3.

`clients` makes the clients, `faults` puts AWS's refusals in our words, `redaction` and `log_redaction` keep secrets out
of what is shown and of logs; every other module is one kind of question.
"""
