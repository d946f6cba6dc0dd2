// Loads compose files with the loader of the compose specification, which is the one that `docker compose` uses, and
// prints the resulting project as JSON. Ends with 1 and the loader's message if they are not valid.
//
//	compose-check [ENV_FILE ...]
//
// Runs in the folder of the files. Which files and profiles come from COMPOSE_FILE and COMPOSE_PROFILES, in the
// environment or in the env files (default: .env), as for `docker compose --env-file`.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	project, err := load(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.Write(project)
}

// load works in the order of `docker compose`: env files first, because they may say which files to load.
func load(envFiles []string) ([]byte, error) {
	options, err := cli.NewProjectOptions(nil,
		cli.WithOsEnv,
		cli.WithEnvFiles(envFiles...),
		cli.WithDotEnv,
		cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath,
		cli.WithDefaultProfiles(),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}
