// Prints who the AWS SDK for Go v1 is, by what its environment says. It reads no endpoint of STS from there itself.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/sts"
)

func main() {
	client := sts.New(session.Must(session.NewSession()), &aws.Config{Endpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL_STS"))})
	identity, err := client.GetCallerIdentity(&sts.GetCallerIdentityInput{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(*identity.Arn)
}
