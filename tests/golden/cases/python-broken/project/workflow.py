from sfnx import aws, parallel, state_machine


@state_machine
def orders(order):
    answer = aws.optimized.lambda_.invoke(
        FunctionName="manger",
        Payload={"order": order["id"]},
    )

    def log():
        aws.optimized.lambda_.invoke(FunctionName="${logger}")

    def told():
        return aws.optimized.sns.publish(TopicArn="${Topic}", Message="${what}")

    parallel(log, told)
    return answer
