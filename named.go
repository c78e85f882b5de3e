package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"shenfa/models"
	"shenfa/workflow"
)

// exactArgs wants one argument for each name.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == len(names):
			return nil
		case len(names) == 0:
			return usageError("多余的参数 %q\n用法：%s（详见 %s --help）", args[0], c.UseLine(), c.CommandPath())
		}
		return usageError("应给出%s，且只给这些\n用法：%s（详见 %s --help）", strings.Join(names, "、"), c.UseLine(), c.CommandPath())
	}
}

// find gives the one item that is called word, by its id or its name.
func find[T any](what, word string, items []T, idAndName func(T) (id, name string)) (T, error) {
	var found, none T
	var known []string
	matches := 0
	for _, item := range items {
		id, name := idAndName(item)
		if id == word {
			return item, nil
		}
		if name == word {
			found = item
			matches++
		}
		known = append(known, name)
	}
	switch {
	case matches == 1:
		return found, nil
	case matches > 1:
		return none, models.Errorf(models.CodeConflict, "有 %d 个%s都叫“%s”，请改用编号。", matches, what, word)
	case len(known) == 0:
		return none, models.Errorf(models.CodeNotFound, "没有%s“%s”；还没有任何%s。", what, word, what)
	}
	return none, models.Errorf(models.CodeNotFound, "没有%s“%s”；现有：%s。", what, word, strings.Join(known[:min(len(known), 20)], "、"))
}

func unitNamed(ctx context.Context, w *workflow.Workflow, word string) (models.Unit, error) {
	units, err := w.Units(ctx, models.System())
	if err != nil {
		return models.Unit{}, err
	}
	return find("单位", word, units, func(u models.Unit) (string, string) { return u.ID, u.Name })
}

// unitFor is unitNamed, but on an installation without any unit it makes the
// first one: someone has to be the first user.
func unitFor(ctx context.Context, w *workflow.Workflow, word string) (models.Unit, error) {
	units, err := w.Units(ctx, models.System())
	if err == nil && len(units) == 0 {
		return w.CreateUnit(ctx, models.System(), word, "")
	}
	return unitNamed(ctx, w, word)
}

func accountNamed(ctx context.Context, w *workflow.Workflow, word string) (models.Account, error) {
	accounts, err := w.Accounts(ctx, models.System())
	if err != nil {
		return models.Account{}, err
	}
	return find("账号", word, accounts, func(a models.Account) (string, string) { return a.ID, a.Name })
}

func userNamed(ctx context.Context, w *workflow.Workflow, word string) (models.User, error) {
	users, err := w.Users(ctx, models.System())
	if err != nil {
		return models.User{}, err
	}
	return find("用户", word, users, func(u models.User) (string, string) { return u.ID, u.SignIn })
}

// placeNames are the names of all units and accounts by their ids.
func placeNames(ctx context.Context, w *workflow.Workflow) (map[string]string, error) {
	names := map[string]string{}
	units, err := w.Units(ctx, models.System())
	if err != nil {
		return nil, err
	}
	accounts, err := w.Accounts(ctx, models.System())
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	return names, nil
}
