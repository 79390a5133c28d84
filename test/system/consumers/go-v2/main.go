// Prints who the AWS SDK for Go v2 is, by what its environment says. It reads no endpoint of STS from there itself.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	arn, err := callerArn(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(arn)
}

func callerArn(ctx context.Context) (string, error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return "", err
	}
	endpoint := sts.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_STS"))
	identity, err := sts.NewFromConfig(loaded, sts.WithEndpointResolver(endpoint)).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	return *identity.Arn, nil
}
