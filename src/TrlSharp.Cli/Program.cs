using TrlSharp.Cli;

return await CommandLine.RunAsync(args, Terminal.ForProcess());
