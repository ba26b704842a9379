"""What is asked of AWS, and the only place that imports boto3.

`clients` makes the clients, `faults` puts AWS's refusals in our words, `redaction` keeps secrets out of the logs;
every other module is one kind of question.
"""
