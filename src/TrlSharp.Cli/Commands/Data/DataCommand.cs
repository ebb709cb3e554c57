using System.CommandLine;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data</c>: look at data, check them, prepare them. The settings are those of <c>trlsharp sft</c>.</summary>
internal static class DataCommand
{
    public static Command Create(Terminal terminal) =>
        new("data", "Look at a data set, check it, convert it, or prepare it for training. Files, patterns, folders, names in the hub's cache, or - for the standard input.")
        {
            DataHeadCommand.Create(terminal),
            DataStatsCommand.Create(terminal),
            DataVerifyCommand.Create(terminal),
            DataConvertCommand.Create(terminal),
            DataPrepareCommand.Create(terminal),
            DataCacheCommand.Create(terminal),
        };
}
